import type { DoctorDocument, PythonEnvironment } from '../../../contract/environment'
import type { Finding } from '../../../contract/finding'
import { makeFinding } from '../errors'
import { pythonBroken, torchMissing } from '../python/workers'

const toolchain = { kind: 'open-toolchain', label: 'Open Toolchain' } as const

/** What is to be said of the Python that models are loaded with. */
export function pythonFindings(user: PythonEnvironment | null): Finding[] {
  if (user === null) {
    return [
      makeFinding(
        'PYTHON_MISSING',
        'error',
        'No Python was found. PyTorch files cannot be loaded; ONNX files still can.',
        'Run npm run setup, which makes one, or choose a Python in Settings or by --python.',
        {},
        [{ kind: 'choose-python', label: 'Choose a Python' }],
      ),
    ]
  }
  if (user.reason !== null) return [pythonBroken(user).toFinding()]
  return user.packages['torch'] === undefined ? [torchMissing(user).toFinding()] : []
}

/** What is to be said of driver and GPU. @param reason the engine host's own words where there is none */
export function gpuFindings(found: { driver: string | null; gpus: DoctorDocument['gpus'] }, reason: string | null): Finding[] {
  if (found.driver === null) {
    return [
      makeFinding(
        'DRIVER_MISSING',
        'info',
        'There is no NVIDIA driver here: engines can be built for a stated target by TensorRT-RTX, but not run.',
        'On a machine with an NVIDIA GPU, install its driver. Elsewhere nothing is to be done: the ONNX hop is still judged.',
        { reason },
      ),
    ]
  }
  if (found.gpus.length > 0) return []
  return [
    makeFinding(
      'GPU_MISSING',
      'info',
      `The driver (${found.driver}) shows no GPU${reason === null ? '' : ` (${reason})`}.`,
      'Check that the GPU is seated, powered and not hidden by CUDA_VISIBLE_DEVICES.',
      { reason, driver: found.driver },
    ),
  ]
}

const major = (version: string): number => Number(version.split('.')[0])

/** What is to be said where the window runs on an older Electron than the program is made for. */
export function electronFindings(window: { electron: string; wanted: string } | null): Finding[] {
  if (window === null || major(window.electron) >= major(window.wanted)) return []
  return [
    makeFinding(
      'ELECTRON_FALLBACK',
      'info',
      `The window runs on Electron ${window.electron}, because Electron ${window.wanted} could not be downloaded. Everything works, but that version gets no security fixes.`,
      'Where the Electron releases can be reached: use Node 22.12 or newer, remove the folder .electron, and run npm run setup.',
      { electron: window.electron, wanted: window.wanted },
    ),
  ]
}

const names = { tensorrt: 'TensorRT', 'tensorrt-rtx': 'TensorRT-RTX', 'torch-tensorrt': 'Torch-TensorRT', onnxruntime: 'ONNX Runtime' } as const
const how = {
  tensorrt: 'Install it into the Python environment (pip install tensorrt-cu12), or set its folder in Settings or TENSORRT_ROOT.',
  'tensorrt-rtx': 'Run npm run setup, or install it into the Python environment (pip install tensorrt-rtx-cu13-libs), or set its folder in Settings.',
  'torch-tensorrt': 'Install it into the Python environment (pip install torch-tensorrt) if you need this backend.',
  onnxruntime: 'Reinstall the program: this engine is part of it.',
} as const

/** One finding for each backend that is not to be had. Only what the program itself brings is an error. */
export function engineFindings(engines: DoctorDocument['engines']): Finding[] {
  return Object.entries(names).flatMap(([key, name]): Finding[] => {
    const backend = key as keyof typeof names
    const { available, attempts } = engines[backend]
    if (available) return []
    const severity = backend === 'onnxruntime' ? 'error' : backend === 'tensorrt-rtx' ? 'warning' : 'info'
    const last = attempts.at(-1)
    const why = last === undefined ? '' : `: ${last.path}: ${last.reason}`
    return [
      makeFinding('BACKEND_MISSING', severity, `${name} is not available (${attempts.length} places tried)${why}.`, how[backend], { backend, attempts }, [
        toolchain,
      ]),
    ]
  })
}
