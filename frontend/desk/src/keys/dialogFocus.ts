/** Gives a dialog that has just opened its first focus; whoever was faster and writes in it already keeps theirs. */
export function focusAtFirst(field: { focus(): void } | null | undefined): void {
  const isWriting = document.activeElement?.matches('.el-dialog :is(input:not([type="radio"]), textarea, select)') ?? false
  if (!isWriting) field?.focus()
}
