/** The recordings before and after one, in the order of the list: the newest first. */
import type { Page, Session } from '../../api'

export interface Neighbours {
  newer: string | null
  older: string | null
}

/** How far one looks; whoever has more recordings than that goes by the list. */
const MOST_PAGES = 5

/** Both are null where it is not found among the newest. */
export async function neighboursOf(
  id: string,
  ask: (cursor: string | null) => Promise<Page<Pick<Session, 'id'>>>,
): Promise<Neighbours> {
  const ids: string[] = []
  let cursor: string | null = null
  for (let pages = 0; pages < MOST_PAGES; pages++) {
    const page: Page<Pick<Session, 'id'>> = await ask(cursor)
    ids.push(...page.items.map((session) => session.id))
    cursor = page.next
    const at = ids.indexOf(id)
    const found = at >= 0 && (at < ids.length - 1 || cursor === null)
    if (found) return { newer: ids[at - 1] ?? null, older: ids[at + 1] ?? null }
    if (cursor === null) break
  }
  return { newer: null, older: null }
}
