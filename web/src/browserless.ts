/** What modules of the client ask of a browser as soon as they are loaded, for tests, which have none. */
import { vi } from 'vitest'

vi.stubGlobal('navigator', { languages: ['en'] })
