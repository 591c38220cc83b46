// Runs in the page before anything of ours: a microphone that hears a voice ten times as fast as time passes, so that a
// long recording takes a tenth of its time. What comes after it, from the packets on, is what always comes.
(() => {
  const SPEED = 10
  const RATE = 44_100
  const PACKET = RATE / 2
  const KEPT_OPEN = 20 // a packet is copied on its way to the worker, some time after it was handed over

  const voice = Float32Array.from({ length: 7 * RATE }, (_, i) => {
    const t = i / RATE
    const swell = Math.max(0, Math.sin(2 * Math.PI * 0.4 * t)) * (0.6 + 0.4 * Math.sin(2 * Math.PI * 3.1 * t))
    const pitch = 2 * Math.PI * (140 + 20 * Math.sin(3 * t)) * t
    return 0.3 * swell * (Math.sin(pitch) + 0.5 * Math.sin(3 * pitch)) + 0.0008 * (Math.random() - 0.5)
  })

  window.MediaStreamTrackProcessor = class {
    constructor() {
      const began = performance.now()
      const open = []
      let sent = 0
      const pull = async (controller) => {
        const dueMs = began + (sent * 1000) / RATE / SPEED
        while (performance.now() < dueMs) await new Promise((resolve) => setTimeout(resolve, 5))
        const at = sent % (voice.length - PACKET)
        const packet = new AudioData({
          format: 'f32-planar',
          sampleRate: RATE,
          numberOfFrames: PACKET,
          numberOfChannels: 1,
          timestamp: (sent * 1e6) / RATE,
          data: voice.subarray(at, at + PACKET),
        })
        sent += PACKET
        open.push(packet)
        if (open.length > KEPT_OPEN) open.shift().close()
        controller.enqueue(packet)
      }
      this.readable = new ReadableStream({ pull })
    }
  }
})()
