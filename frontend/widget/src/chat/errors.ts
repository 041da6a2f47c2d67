/** What can go wrong between the page and the server, named by what the page does about it. */

/** Nothing was refused: the same request may be sent again. */
export class ServerUnreachable extends Error {
  constructor(
    readonly reason: 'network' | 'busy',
    readonly retryAfterMs: number | null = null,
  ) {
    super(reason)
  }
}

/** The conversation is gone or its token no longer opens it: begin another. */
export class ConversationUnknown extends Error {}

/** The server will never take this message as it is. `message` is Chinese and may be shown. */
export class MessageRefused extends Error {}
