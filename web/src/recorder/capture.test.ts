import { expect, test } from 'vitest'
import { browserFamily, deviceClass } from './capture'

const AGENTS = {
  chromeOnLinux: 'Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/156.0 Safari/537.36',
  chromeOnPhone: 'Mozilla/5.0 (Linux; Android 16; K) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/156.0 Mobile Safari/537.36',
  chromeOnTablet: 'Mozilla/5.0 (Linux; Android 16; K) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/156.0 Safari/537.36',
  safariOnPhone: 'Mozilla/5.0 (iPhone; CPU iPhone OS 19_0 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/19.0 Mobile/15E148 Safari/604.1',
  firefoxOnMac: 'Mozilla/5.0 (Macintosh; Intel Mac OS X 15.0; rv:153.0) Gecko/20100101 Firefox/153.0',
  edge: 'Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/156.0 Safari/537.36 Edg/156.0',
}

test.each([
  ['chromeOnLinux', 'computer', 'chromium'],
  ['chromeOnPhone', 'phone', 'chromium'],
  ['chromeOnTablet', 'tablet', 'chromium'],
  ['safariOnPhone', 'phone', 'safari'],
  ['firefoxOnMac', 'computer', 'firefox'],
  ['edge', 'computer', 'edge'],
] as const)('%s is a %s with %s', (agent, device, family) => {
  expect([deviceClass(AGENTS[agent]), browserFamily(AGENTS[agent])]).toEqual([device, family])
})
