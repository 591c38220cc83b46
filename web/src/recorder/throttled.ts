/** Calls `work` soon after it was asked for, at most once in `everyMs` and never twice at a time. */
export function throttled(everyMs: number, work: () => Promise<void>): () => void {
  let wanted = false
  let resting = false
  const go = async (): Promise<void> => {
    wanted = false
    resting = true
    try {
      await work()
    } finally {
      setTimeout(() => {
        resting = false
        if (wanted) void go()
      }, everyMs)
    }
  }
  return () => {
    wanted = true
    if (!resting) void go()
  }
}
