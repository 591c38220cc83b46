export type * from './types'
export { MicrophoneRefused, NoMicrophone } from './microphone'
export { Recorder } from './recorder'
