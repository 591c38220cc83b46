import type { Processing } from './types'

/** The reader, the browser or its settings said no. */
export class MicrophoneRefused extends Error {
  override name = 'MicrophoneRefused'
}

/** There is none, or another program holds it. */
export class NoMicrophone extends Error {
  override name = 'NoMicrophone'
}

/**
 * Opens the microphone with the browser's processing asked to be off: it harms the data. What the browser really does
 * is told by `processingOf`.
 */
export async function openMicrophone(deviceId?: string): Promise<MediaStreamTrack> {
  const audio: MediaTrackConstraints = {
    channelCount: { ideal: 1 },
    echoCancellation: false,
    noiseSuppression: false,
    autoGainControl: false,
    ...(deviceId === undefined ? {} : { deviceId: { exact: deviceId } }),
  }
  try {
    const stream = await mediaDevices().getUserMedia({ audio })
    return stream.getAudioTracks()[0]!
  } catch (error) {
    throw refusalOf(error)
  }
}

export async function microphones(): Promise<MediaDeviceInfo[]> {
  return (await mediaDevices().enumerateDevices()).filter(({ kind }) => kind === 'audioinput')
}

/** Resolves as soon as this page may use the microphone; never where the browser does not tell. */
export function microphoneAllowed(): Promise<void> {
  return new Promise((allowed) => {
    const asked = navigator.permissions?.query({ name: 'microphone' as PermissionName })
    asked?.then(
      (permission) => {
        const look = () => permission.state === 'granted' && allowed()
        permission.onchange = look
        look()
      },
      () => undefined, // Firefox before 132
    )
  })
}

export function processingOf(track: MediaStreamTrack): Processing {
  const settings = track.getSettings()
  return {
    echoCancellation: onOff(settings.echoCancellation),
    noiseSuppression: onOff(settings.noiseSuppression),
    autoGainControl: onOff(settings.autoGainControl),
  }
}

/** Newer browsers name the kind of echo cancellation instead of saying that it is on. */
function onOff(setting: boolean | string | undefined): boolean | null {
  return setting === undefined ? null : setting !== false
}

function mediaDevices(): MediaDevices {
  // Absent, whatever TypeScript says, on a page that was not loaded securely.
  const devices = navigator.mediaDevices as MediaDevices | undefined
  if (devices === undefined) throw new NoMicrophone('this page may not use a microphone: it was not loaded securely')
  return devices
}

function refusalOf(error: unknown): unknown {
  if (!(error instanceof DOMException)) return error
  if (error.name === 'NotAllowedError' || error.name === 'SecurityError') {
    return new MicrophoneRefused(error.message, { cause: error })
  }
  return new NoMicrophone(error.message, { cause: error })
}
