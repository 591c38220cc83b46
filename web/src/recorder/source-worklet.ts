import workletUrl from './pcm-worklet.ts?worker&url'

const CHUNK_MS = 50
const START_PATIENCE_MS = 2000

export interface Worklet {
  port: MessagePort
  rateHz: number
  close: () => void
}

/**
 * Taps the track in an audio worklet; null when there is none, when the context does not run within two seconds, or
 * when this browser cannot join the two.
 */
export async function openWorklet(track: MediaStreamTrack, interrupted: () => void): Promise<Worklet | null> {
  if (!('AudioWorkletNode' in globalThis)) return null
  const context = new AudioContext({ latencyHint: 'playback' })
  const close = (): void => void context.close()
  if (!(await runs(context))) {
    close()
    return null
  }
  try {
    const port = await tap(context, track)
    context.onstatechange = () => {
      if (context.state !== 'running' && context.state !== 'closed') interrupted()
    }
    return { port, rateHz: context.sampleRate, close }
  } catch (error) {
    close()
    if (error instanceof DOMException) return null // such as a device of another rate than the context's
    throw error
  }
}

/** The end of a channel on which the audio thread posts chunks of the track. */
async function tap(context: AudioContext, track: MediaStreamTrack): Promise<MessagePort> {
  await context.audioWorklet.addModule(workletUrl)
  const node = new AudioWorkletNode(context, 'pcm-tap', {
    channelCount: 1,
    channelCountMode: 'explicit',
    processorOptions: { chunkSamples: Math.round((context.sampleRate * CHUNK_MS) / 1000) },
  })
  const { port1, port2 } = new MessageChannel()
  node.port.postMessage(port1, [port1])
  context.createMediaStreamSource(new MediaStream([track])).connect(node)
  node.connect(context.destination) // it outputs silence, and would not run unconnected
  return port2
}

async function runs(context: AudioContext): Promise<boolean> {
  const patience = new Promise<void>((resolve) => setTimeout(resolve, START_PATIENCE_MS))
  await Promise.race([context.resume(), patience])
  return context.state === 'running'
}
