import { describe, expect, test } from 'vitest'
import { Problem, problemOf } from './problems'

const answered = (body: string, status: number) => new Response(body, { status, statusText: 'Refused' })

describe('a refusal', () => {
  test('is known by the last part of its type', async () => {
    const body = { type: '/problems/text-not-found', title: 'No text', detail: 'It is gone.', instance: '/api/texts/1' }
    const problem = await problemOf(answered(JSON.stringify(body), 404))
    expect(problem).toBeInstanceOf(Problem)
    expect(problem).toMatchObject({ status: 404, slug: 'text-not-found', message: 'It is gone.', instance: '/api/texts/1' })
  })

  test('of a proxy, which is no problem document, still says its status', async () => {
    const problem = await problemOf(answered('<h1>Bad gateway</h1>', 502))
    expect(problem).toMatchObject({ status: 502, slug: 'status-502', message: 'Refused', instance: null })
  })

  test('with facts of a wrong kind is not believed', async () => {
    const problem = await problemOf(answered(JSON.stringify({ type: 7, title: null, detail: ['x'] }), 422))
    expect(problem).toMatchObject({ slug: 'status-422', title: 'Refused', detail: '' })
  })
})
