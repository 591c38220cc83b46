const EXTENSIONS: Record<string, string> = { 'audio/flac': 'flac', 'audio/webm': 'webm', 'audio/mp4': 'mp4' }

/** What a downloaded recording is called, by what it is: `audio/webm;codecs=opus` is a `.webm`. */
export function fileName(sessionId: string, mediaType: string): string {
  const bare = mediaType.split(';')[0]!.trim()
  return `${sessionId}.${EXTENSIONS[bare] ?? 'audio'}`
}
