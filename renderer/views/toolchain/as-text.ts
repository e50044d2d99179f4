import type { ToolchainSnapshot } from '../../stores/toolchain'

/** The toolchain as lines for a bug report; English, since it is read by others. */
export function asText({ doctor, pythons, checkedAt }: ToolchainSnapshot): string {
  const lines = [
    `Checked: ${checkedAt}`,
    `Python: ${doctor.python.version ?? 'none'} ${doctor.python.path ?? ''}`.trimEnd(),
    `torch: ${doctor.torch ?? 'none'}`,
    `Driver: ${doctor.driver ?? 'none'}`,
    `GPUs: ${doctor.gpus.map((gpu, index) => `${index === doctor.device && doctor.gpus.length > 1 ? 'in use: ' : ''}${gpu.name} (${gpu.computeCapability})`).join(', ') || 'none'}`,
  ]
  for (const [name, engine] of Object.entries(doctor.engines)) {
    lines.push(`${name}: ${engine.available ? `${engine.version ?? 'unknown version'} ${engine.path ?? ''}`.trimEnd() : 'not found'}`)
    for (const attempt of engine.attempts) lines.push(`  ${attempt.path}: ${attempt.reason}`)
  }
  for (const python of pythons) lines.push(`Environment: ${python.path} (${python.source}) ${python.version ?? ''} torch ${python.packages.torch ?? 'none'}`)
  for (const finding of doctor.findings) lines.push(`${finding.severity} ${finding.code}: ${finding.message}`)
  return lines.join('\n')
}
