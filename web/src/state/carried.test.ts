import { expect, test } from 'vitest'
import { carriedBy } from './carried'

test.each([
  ['/sign-in', '#link=s3cret', { link: 's3cret', invitation: null }],
  ['/invitation', '#s3cret', { link: null, invitation: 's3cret' }],
  ['/sign-in', '', { link: null, invitation: null }],
  ['/sign-in', '#link=', { link: null, invitation: null }],
  ['/sign-in', '#content', { link: null, invitation: null }],
  ['/invitation', '#content', { link: null, invitation: null }],
  ['/account', '#link=s3cret', { link: null, invitation: null }],
  ['/invitation', '#100%', { link: null, invitation: '100%' }],
])('%s%s carries what it should', (path, fragment, carried) => {
  expect(carriedBy(path, fragment)).toEqual(carried)
})
