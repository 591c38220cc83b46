/** Parts of the web platform that TypeScript's own DOM library does not describe yet. */

interface FileSystemSyncAccessHandle {
  write(bytes: ArrayBufferView, options?: { at?: number }): number
  truncate(bytes: number): void
  flush(): void
  close(): void
}

interface FileSystemFileHandle {
  /** In a dedicated worker only. */
  createSyncAccessHandle(): Promise<FileSystemSyncAccessHandle>
}

/** https://www.w3.org/TR/mediacapture-transform/ */
declare class MediaStreamTrackProcessor {
  constructor(init: { track: MediaStreamTrack; maxBufferSize?: number })
  readonly readable: ReadableStream<AudioData>
}

/** https://w3c.github.io/mediacapture-extensions/#the-mediastreamtrackaudiostats-interface */
interface MediaStreamTrackAudioStats {
  readonly deliveredFramesDuration: number
}

interface MediaStreamTrack {
  /** In Chromium only. */
  readonly stats?: MediaStreamTrackAudioStats
}

/** The scope of an audio worklet; https://www.w3.org/TR/webaudio/#AudioWorkletGlobalScope */
declare class AudioWorkletProcessor {
  constructor(options?: AudioWorkletNodeOptions)
  readonly port: MessagePort
}

declare function registerProcessor(
  name: string,
  processor: new (options: AudioWorkletNodeOptions) => AudioWorkletProcessor,
): void
