/** What went wrong with a call, with a sentence that can be shown as it is. */

export class ApiError extends Error {
  constructor(
    /** 0 when no answer came at all. */
    readonly status: number,
    /** The contract's code, `unreachable` without an answer. */
    readonly code: string,
    message: string,
    readonly retryAfterS: number | null = null,
    /** Field → what is wrong with it, where the server names fields. */
    readonly fields: Record<string, string> = {},
  ) {
    super(message)
  }

  /** True if the same call may succeed a little later. */
  get isWorthRepeating(): boolean {
    return this.status === 0 || this.status >= 500 || [408, 425, 429].includes(this.status)
  }
}

/** True if trying again later makes sense, whatever was thrown. */
export function isPassing(failure: unknown): boolean {
  return !(failure instanceof ApiError) || failure.isWorthRepeating
}

/** Returns a sentence for whoever sits in front of the page, whatever was thrown. */
export function describeFailure(failure: unknown): string {
  return failure instanceof ApiError ? failure.message : '操作没有成功，请稍后再试。'
}
