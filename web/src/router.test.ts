import { describe, expect, test } from 'vitest'
import { address, routeOf } from './router'

describe('an address', () => {
  test.each([
    ['/', { screen: 'texts' }],
    ['/texts/b7', { screen: 'studio', textId: 'b7' }],
    ['/recordings', { screen: 'recordings' }],
    ['/recordings/', { screen: 'recordings' }],
    ['/recordings/0192', { screen: 'player', sessionId: '0192' }],
    ['/sign-in', { screen: 'sign-in' }],
    ['/invitation', { screen: 'invitation' }],
    ['/agreement', { screen: 'agreement' }],
    ['/account', { screen: 'account' }],
    ['/admin', { screen: 'admin', part: 'overview', sessionId: null }],
    ['/admin/log', { screen: 'admin', part: 'log', sessionId: null }],
    ['/admin/sessions/0192', { screen: 'admin', part: 'sessions', sessionId: '0192' }],
  ])('%s names its screen', (path, route) => {
    expect(routeOf(path)).toEqual(route)
  })

  test.each(['/texts', '/nowhere', '/texts/1/2', '/sign-in/again', '/account/of-noam', '/admin/secrets', '/admin/people/7', '/admin/sessions/7/8', '/recordings/1/2'])(
    '%s names none and says which it was',
    (path) => expect(routeOf(path)).toEqual({ screen: 'not-found', path }),
  )

  test('comes back whole through its own maker, whatever the id', () => {
    const id = 'א/ב 100%?#'
    expect(routeOf(address.studio(id))).toEqual({ screen: 'studio', textId: id })
    expect(routeOf(address.admin('invitations'))).toEqual({ screen: 'admin', part: 'invitations', sessionId: null })
    expect(routeOf(address.adminSession(id))).toEqual({ screen: 'admin', part: 'sessions', sessionId: id })
    expect(routeOf(address.player(id))).toEqual({ screen: 'player', sessionId: id })
  })

  test('that is badly encoded is still an address', () => {
    expect(routeOf('/texts/100%')).toEqual({ screen: 'studio', textId: '100%' })
  })
})
