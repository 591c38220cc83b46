import { createHash } from 'node:crypto'
import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join, relative, sep } from 'node:path'
import { brotliCompressSync } from 'node:zlib'
import type { Plugin, ResolvedConfig } from 'vite'

const WORKER = 'service-worker.js'
const COMPRESSED = /\.(js|css|html|svg|webmanifest)$/

/** Tells the service worker which files there are, and lays a brotli copy beside each that is worth it. */
export function offline(): Plugin {
  let built: ResolvedConfig
  return {
    name: 'recital-offline',
    apply: 'build',
    configResolved(config) {
      built = config
    },
    closeBundle() {
      const folder = join(built.root, built.build.outDir)
      const files = filesOf(folder).filter((file) => file !== WORKER)
      const release = createHash('sha256')
      for (const file of files) release.update(file).update(readFileSync(join(folder, file)))
      const paths = files.map((file) => (file === 'index.html' ? '/' : `/${file}`))
      const worker = readFileSync(join(folder, WORKER), 'utf-8')
        .replaceAll('__RELEASE__', JSON.stringify(release.digest('hex').slice(0, 16)))
        .replaceAll('__FILES__', JSON.stringify(paths))
      writeFileSync(join(folder, WORKER), worker)
      for (const file of [...files, WORKER].filter((file) => COMPRESSED.test(file))) {
        writeFileSync(join(folder, `${file}.br`), brotliCompressSync(readFileSync(join(folder, file))))
      }
    },
  }
}

function filesOf(folder: string): string[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && !entry.name.startsWith('.'))
    .map((entry) => relative(folder, join(entry.parentPath, entry.name)).split(sep).join('/'))
    .sort()
}
