import { onBeforeUnmount, watchEffect } from 'vue'
import type { Reason } from './model/primary'
import { useWizard } from './use-wizard'

/** Holds the primary action back for as long as `reason` gives one and the form is on the screen. */
export function useHold(form: string, reason: () => Reason | null): void {
  const wizard = useWizard()
  watchEffect(() => wizard.hold(form, reason()))
  onBeforeUnmount(() => wizard.hold(form, null))
}
