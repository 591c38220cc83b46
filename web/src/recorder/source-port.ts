import type { Packet } from './source-track'
import { toInt16 } from './pcm'

/** Takes the chunks of an audio worklet (`pcm-worklet.ts`) in the worker, past the page. */
export function readPort(port: MessagePort, rateHz: number, packet: (packet: Packet) => void): void {
  port.onmessage = ({ data }: MessageEvent<Float32Array>) => {
    const atMs = performance.timeOrigin + performance.now()
    packet({ samples: toInt16(data, 32768), rateHz, channels: 1, atMs, deviceMs: undefined })
  }
}
