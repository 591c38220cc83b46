import { mount } from 'svelte'
import './style/tokens.css'
import './style/base.css'
import App from './App.svelte'
import { speaking } from './i18n/index.svelte'
import { account } from './state/account.svelte'
import { release } from './state/release.svelte'

const RETRY_MS = 2000

function start(target: HTMLElement): void {
  speaking.ready().then(
    () => {
      mount(App, { target })
      if (import.meta.env.PROD) void release.keep()
    },
    () => setTimeout(start, RETRY_MS, target), // without words there is no way to say so
  )
}

const target = document.getElementById('app')
void account.load()
if (target) start(target)
