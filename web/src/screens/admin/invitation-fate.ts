import type { Invitation } from '../../api'

export function fateOf({ uses, used, expires_at }: Invitation, nowMs: number): 'open' | 'full' | 'over' {
  if (used >= uses) return 'full'
  return Date.parse(expires_at) > nowMs ? 'open' : 'over'
}
