import { expect, test } from 'vitest'
import type { Answer } from './server'
import { verdict } from './verdict'

function answer(status: number, problem = ''): Answer {
  return { status, problem, missingSegments: [], missingMarks: [], held: null }
}

test('an answer that confirms is believed', () => {
  for (const status of [200, 201, 202]) expect(verdict('segment', answer(status))).toBe('accepted')
})

test('what may pass by itself is asked again', () => {
  for (const status of [408, 425, 429, 500, 502, 503, 504]) expect(verdict('segment', answer(status))).toBe('again')
  expect(verdict('end', null)).toBe('again')
})

test('a lost sign-in waits for the reader', () => {
  expect(verdict('segment', answer(401))).toBe('sign-in')
  expect(verdict('disavowal', answer(403))).toBe('sign-in')
})

test('a session that may not be opened before something is signed waits alone', () => {
  expect(verdict('session', answer(403, 'agreement-needed'))).toBe('not-yet')
})

test('what will not pass is stopped', () => {
  for (const status of [400, 409, 413, 415, 422]) expect(verdict('segment', answer(status))).toBe('refused')
  expect(verdict('session', answer(404, 'text-not-found'))).toBe('refused')
})

test('a session that the server does not know is opened first', () => {
  expect(verdict('segment', answer(404))).toBe('open-first')
  expect(verdict('end', answer(404))).toBe('open-first')
})

test('disavowing what the server does not know is done', () => {
  expect(verdict('disavowal', answer(404))).toBe('accepted')
})

test('missing pieces are sent again', () => {
  expect(verdict('end', answer(409, 'pieces-missing'))).toBe('pieces-missing')
  expect(verdict('end', answer(409, 'session-closed'))).toBe('refused')
})
