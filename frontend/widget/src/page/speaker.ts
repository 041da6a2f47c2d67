/** Who says something, by name. */

import type { Message, Typist } from '../chat/message'

const speakers = { user: '您', bot: '营商小助', system: '提示' }

/** An agent is named where the server tells the name. */
export function describeSpeaker({ sender, author_name }: Pick<Message, 'sender' | 'author_name'>): string {
  return sender === 'agent' ? nameAgent(author_name) : speakers[sender]
}

export function describeTypist(typist: Typist, agentName: string | null): string {
  return typist === 'agent' ? `${nameAgent(agentName)} ` : speakers.bot
}

function nameAgent(name: string | null | undefined): string {
  return name ? `客服 ${name}` : '人工客服'
}
