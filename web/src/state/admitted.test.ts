import { describe, expect, test } from 'vitest'
import { routeOf } from '../router'
import { admitted } from './admitted'

const screen = (path: string, role: 'pending' | 'speaker' | 'admin', agreement_needed: boolean) =>
  admitted(routeOf(path), { role, agreement_needed }).screen

describe('whoever has not agreed', () => {
  test.each(['/', '/texts/b7', '/recordings', '/recordings/0192'])('sees the agreement before %s', (path) => {
    expect(screen(path, 'speaker', true)).toBe('agreement')
    expect(screen(path, 'pending', true)).toBe('agreement')
  })

  test('as an admin may look around, and is asked before the studio', () => {
    expect(screen('/', 'admin', true)).toBe('texts')
    expect(screen('/admin', 'admin', true)).toBe('admin')
    expect(screen('/texts/b7', 'admin', true)).toBe('agreement')
  })
})

test('whoever waits for approval sees nothing but that, and what is their own', () => {
  expect(screen('/', 'pending', false)).toBe('waiting')
  expect(screen('/texts/b7', 'pending', false)).toBe('waiting')
  expect(screen('/account', 'pending', true)).toBe('account')
  expect(screen('/invitation', 'pending', true)).toBe('invitation')
})

test('administration is there for admins only', () => {
  expect(screen('/admin/log', 'speaker', false)).toBe('not-found')
  expect(screen('/admin/log', 'admin', false)).toBe('admin')
})

test('a speaker who has agreed goes where they like', () => {
  expect(screen('/texts/b7', 'speaker', false)).toBe('studio')
})
