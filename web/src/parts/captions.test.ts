import { describe, expect, test } from 'vitest'
import { captionAt, captionsOf } from './captions'

const vtt = `WEBVTT

NOTE session 0192 --> is only a note

1
00:00:00.000 --> 00:00:02.400
שלום עולם.

2
00:00:02.400 --> 01:00:05.015 align:start
Salt &amp; pepper &lt;here&gt;
on two lines

STYLE
::cue { color: red }
`

describe('reading WebVTT', () => {
  test('takes the cues, with their times and plain words', () => {
    expect(captionsOf(vtt)).toEqual([
      { startMs: 0, endMs: 2400, text: 'שלום עולם.' },
      { startMs: 2400, endMs: 3_605_015, text: 'Salt & pepper <here>\non two lines' },
    ])
  })

  test('does not mind the line ends, a byte order mark, or times without hours', () => {
    const windows = '\ufeffWEBVTT\r\n\r\n00:01.500 --> 00:02.000\r\nyes\r\n'
    expect(captionsOf(windows)).toEqual([{ startMs: 1500, endMs: 2000, text: 'yes' }])
  })

  test('drops tags and takes an escaped one as words', () => {
    expect(captionsOf('WEBVTT\n\n00:00.000 --> 00:01.000\n<v Dana>a &lt;b&gt;</v>')[0]?.text).toBe('a <b>')
  })

  test('passes over what is broken', () => {
    expect(captionsOf('WEBVTT\n\nnot a time --> at all\nwords\n\n00:00.000 --> 00:01.000\nfine')).toHaveLength(1)
    expect(captionsOf('')).toEqual([])
  })
})

describe('the caption that is spoken', () => {
  const captions = captionsOf(vtt)

  test('is found by time, its start included', () => {
    expect(captionAt(captions, 0)).toBe(0)
    expect(captionAt(captions, 2399)).toBe(0)
    expect(captionAt(captions, 2400)).toBe(1)
  })

  test('is none before the first', () => {
    expect(captionAt([{ startMs: 500, endMs: 900, text: '' }], 499)).toBe(-1)
  })
})
