/**
 * Where the samples of an open segment lie until the segment is committed, so that a killed browser loses only the
 * last fraction of a second. One log a segment.
 */
export interface SampleLog {
  /** Adds to the log of segment `n`, which the first samples create. Written within a fraction of a second. */
  append(of: LogName, samples: Int16Array): void
  /** Makes the log of segment `n` these samples. */
  replace(of: LogName, samples: Int16Array): void
  /**
   * Forgets the log; nothing there is fine. Nobody has to wait for it: a log that stays does no harm, since the
   * committed segment wins.
   */
  drop(of: LogName): Promise<void>
  /** The logs that lie here, whoever wrote them, in the order of their segments. */
  leftovers(): Promise<LogName[]>
  /** What a leftover holds; null when another tab is writing it. */
  read(of: LogName): Promise<Int16Array<ArrayBuffer> | null>
}

export interface LogName {
  sessionId: string
  n: number
  rateHz: number
}
