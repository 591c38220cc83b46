"""Where texts come from: files of several formats, articles of wikis, pages of the web."""
