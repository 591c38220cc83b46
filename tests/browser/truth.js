// Runs in the page before anything of ours: a second ear on the microphone, and the presses as the browser saw them.
(() => {
  const truth = { presses: [], tracks: 0 }
  window.__truth = truth
  const note = (event) => truth.presses.push({ key: event.key ?? 'pointer', at: performance.timeOrigin + event.timeStamp })
  addEventListener('keydown', note, true)
  addEventListener('pointerdown', note, true)

  const Processor = window.MediaStreamTrackProcessor
  const open = navigator.mediaDevices?.getUserMedia.bind(navigator.mediaDevices)
  if (!open) return
  navigator.mediaDevices.getUserMedia = async (wanted) => {
    const stream = await open(wanted)
    const [track] = stream.getAudioTracks()
    truth.track = track
    truth.tracks += 1
    const processor = new Processor({ track: track.clone(), maxBufferSize: 1000 })
    truth.worker?.terminate()
    truth.worker = new Worker('/truth-worker.js')
    truth.worker.postMessage({ readable: processor.readable }, [processor.readable])
    return stream
  }

  const told = (wish) =>
    new Promise((answer) => {
      truth.worker.onmessage = ({ data }) => answer(data)
      truth.worker.postMessage(wish)
    })
  truth.heard = () => told({ tell: true })
  // The count of samples once it is larger than this; 0 when that takes too long.
  truth.count = (longerThan, forMs) =>
    Promise.race([told({ longerThan }), new Promise((late) => setTimeout(() => late(0), forMs))])

  // Blocks this thread for 50 to 800 ms again and again, the same way each time.
  truth.block = () => {
    let n = 0
    const again = () => {
      const until = performance.now() + 50 + ((n++ * 137) % 751)
      while (performance.now() < until) {}
      setTimeout(again, 30)
    }
    again()
  }
})()
