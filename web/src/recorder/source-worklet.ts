import workletUrl from './pcm-worklet.ts?worker&url'

const CHUNK_MS = 50
const START_PATIENCE_MS = 2000

export interface Worklet {
  port: MessagePort
  rateHz: number
  close: () => void
}

/** Taps the track in an audio worklet; null when there is none or the context does not run within two seconds. */
export async function openWorklet(track: MediaStreamTrack, interrupted: () => void): Promise<Worklet | null> {
  if (!('AudioWorkletNode' in globalThis)) return null
  const context = new AudioContext({ latencyHint: 'playback' })
  if (!(await runs(context))) {
    void context.close()
    return null
  }
  await context.audioWorklet.addModule(workletUrl)
  const rateHz = context.sampleRate
  const node = new AudioWorkletNode(context, 'pcm-tap', {
    channelCount: 1,
    channelCountMode: 'explicit',
    processorOptions: { chunkSamples: Math.round((rateHz * CHUNK_MS) / 1000) },
  })
  const { port1, port2 } = new MessageChannel()
  node.port.postMessage(port1, [port1])
  const microphone = context.createMediaStreamSource(new MediaStream([track]))
  microphone.connect(node)
  node.connect(context.destination) // it outputs silence, and would not run unconnected
  context.onstatechange = () => {
    if (context.state !== 'running' && context.state !== 'closed') interrupted()
  }
  return { port: port2, rateHz, close: () => void context.close() }
}

async function runs(context: AudioContext): Promise<boolean> {
  const patience = new Promise<void>((resolve) => setTimeout(resolve, START_PATIENCE_MS))
  await Promise.race([context.resume(), patience])
  return context.state === 'running'
}
