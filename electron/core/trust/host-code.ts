import { EnginesmithError } from '../errors'

/** How NVIDIA's libraries word it that an engine carries code for the CPU and that nobody allowed it. */
const words = /host[\s_-]*code|hostCodeAllowed|lean runtime/i

/** True where a library's reason is that nobody allowed the engine's code for the CPU; it refuses that by itself unless it is told otherwise. */
export const isHostCodeReason = (reason: string): boolean => words.test(reason)

/** An engine that carries code for the CPU and that nobody said yes to. */
export function hostCodeError(path: string, sha256: string, reason: string): EnginesmithError {
  return new EnginesmithError(
    'ENGINE_HOST_CODE',
    `${path} carries code for the CPU (it is version compatible), which is never loaded without a yes: ${reason}`,
    `If you trust where it comes from, allow this one file: --allow-host-code ${sha256}. Else build it yourself from its ONNX file.`,
    { path, sha256, reason },
    [{ kind: 'allow-host-code', label: 'Allow its code…' }],
  )
}
