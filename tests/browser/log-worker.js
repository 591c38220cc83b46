// Opens one log after the other while garbage is collected all the time; tells how many kept what was written to them.
import { OpfsLog } from './opfs-log.js'

const LOGS = 40
const SAMPLES = 48_000
const PATIENCE_MS = 10_000
const LARGE_BYTES = 128 * 1024 * 1024 // V8 collects when it is asked for so much

/** Answers the size, or nothing would seem to depend on the array. */
function collect() {
  return new ArrayBuffer(LARGE_BYTES).byteLength
}

const log = await OpfsLog.create((error) => {
  throw error
})

async function isKept(of) {
  for (const until = performance.now() + PATIENCE_MS; performance.now() < until; ) {
    await new Promise((done) => setTimeout(done, 20))
    const lies = (await log.leftovers()).some(({ n }) => n === of.n)
    if (lies && (await log.read(of)).length === SAMPLES) return true
  }
  return false
}

let kept = 0
for (let n = 0; n < LOGS; n++) {
  const of = { sessionId: 'short-of-memory', n, rateHz: SAMPLES }
  const collecting = setInterval(collect, 0)
  log.append(of, new Int16Array(SAMPLES).fill(1))
  for (let times = 0; times < 3; times++) collect()
  if (await isKept(of)) kept += 1
  clearInterval(collecting)
}
self.postMessage({ kept, logs: LOGS })
