/** Messages with holes: `{name}`, and `{count, plural, one {# word} other {# words}}`. */

export type Values = Record<string, string | number>

const PLURAL = /\{(\w+), plural,((?:\s*\w+ \{[^{}]*\})+)\s*\}/g
const FORM = /(\w+) \{([^{}]*)\}/g
const HOLE = /\{(\w+)\}/g

/** Fills a message; a hole without a value stays visible, so that it is noticed. */
export function fill(message: string, values: Values, locale: string): string {
  return message
    .replace(PLURAL, (_, name: string, forms: string) => plural(forms, Number(values[name]), locale))
    .replace(HOLE, (hole, name: string) => shown(values[name], locale) ?? hole)
}

/** The names of a message's holes, sorted. */
export function holes(message: string): string[] {
  const names = [...message.matchAll(PLURAL)].map((match) => match[1])
  const plain = [...message.replace(PLURAL, '').matchAll(HOLE)].map((match) => match[1])
  return [...new Set([...names, ...plain])].filter((name) => name !== undefined).sort()
}

function plural(forms: string, count: number, locale: string): string {
  const byRule = new Map([...forms.matchAll(FORM)].map((match) => [match[1], match[2] ?? '']))
  const form = byRule.get(new Intl.PluralRules([locale, 'en']).select(count)) ?? byRule.get('other') ?? ''
  return form.replaceAll('#', shown(count, locale) ?? '')
}

/** Numbers below a thousand look the same in every language of the interface; a browser's first format is slow to come. */
function shown(value: string | number | undefined, locale: string): string | undefined {
  if (typeof value !== 'number') return value
  if (Number.isInteger(value) && 0 <= value && value < 1000) return String(value)
  return new Intl.NumberFormat([locale, 'en']).format(value)
}
