const EXTENSIONS: Record<string, string> = { 'audio/flac': 'flac', 'audio/webm': 'webm', 'audio/mp4': 'mp4' }

/** What a downloaded recording is called, by what it is: `audio/webm;codecs=opus` is a `.webm`. */
export function fileName(sessionId: string, mediaType: string): string {
  const bare = mediaType.split(';')[0]!.trim()
  return `${sessionId}.${EXTENSIONS[bare] ?? 'audio'}`
}

const KEPT_MS = 60_000

/** Lets the browser save a recording of this device as a file. */
export function save(sound: Blob, sessionId: string): void {
  const link = document.createElement('a')
  link.href = URL.createObjectURL(sound)
  link.download = fileName(sessionId, sound.type)
  link.click()
  setTimeout(() => URL.revokeObjectURL(link.href), KEPT_MS)
}
