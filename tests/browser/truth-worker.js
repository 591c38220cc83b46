// Keeps every sample of a track, when each piece of it arrived, and when the device says that it heard it.
const pieces = []
let samples = 0
let awaited = Infinity

function tellCount() {
  if (samples <= awaited) return
  awaited = Infinity
  self.postMessage(samples)
}

self.onmessage = async ({ data }) => {
  if ('longerThan' in data) {
    awaited = data.longerThan
    return tellCount()
  }
  if (data.tell) {
    const pcm = new Int16Array(samples)
    let at = 0
    for (const piece of pieces) {
      pcm.set(piece.pcm, at)
      at += piece.pcm.length
    }
    let text = ''
    const bytes = new Uint8Array(pcm.buffer)
    for (let i = 0; i < bytes.length; i += 32768) text += String.fromCharCode(...bytes.subarray(i, i + 32768))
    self.postMessage({ pcm: btoa(text), arrivals: pieces.map(({ end, at, stamp }) => [end, at, stamp]) })
    return
  }
  const reader = data.readable.getReader()
  for (;;) {
    const { value, done } = await reader.read()
    if (done) return
    const at = performance.timeOrigin + performance.now()
    const floats = new Float32Array(value.numberOfFrames)
    value.copyTo(floats, { planeIndex: 0, format: 'f32-planar' })
    const pcm = Int16Array.from(floats, (x) => Math.max(-32768, Math.min(32767, Math.round(x * 32768))))
    samples += pcm.length
    pieces.push({ pcm, end: samples, at, stamp: value.timestamp / 1000 })
    value.close()
    tellCount()
  }
}
