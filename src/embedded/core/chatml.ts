import type { Turn } from './brain';

export const TURN_START = '<|im_start|>';
export const TURN_END = '<|im_end|>';

/** {@link renderChatml} in the template language of Ollama. */
export const CHATML_TEMPLATE =
  '{{- range $i, $_ := .Messages }}{{- $last := eq (len (slice $.Messages $i)) 1 }}' +
  `${TURN_START}{{ .Role }}\n{{ .Content }}` +
  `{{ if not (and $last (eq .Role "assistant")) }}${TURN_END}\n{{ end }}` +
  `{{- if and $last (ne .Role "assistant") }}${TURN_START}assistant\n{{ end }}{{- end }}`;

/** The conversation as a prompt. A last turn of the assistant stays open, so that it is continued. */
export function renderChatml(turns: Turn[]): string {
  const parts = turns.map(({ role, content }, index) => {
    const open = role === 'assistant' && index === turns.length - 1;
    return `${TURN_START}${role}\n${content}${open ? '' : `${TURN_END}\n`}`;
  });
  if (turns.at(-1)?.role !== 'assistant') parts.push(`${TURN_START}assistant\n`);
  return parts.join('');
}

/** The turns of a rendered prompt; text without markers is what the user says. */
export function parseChatml(prompt: string): Turn[] {
  if (!prompt.includes(TURN_START)) return [{ role: 'user', content: prompt }];
  const turns = prompt
    .split(TURN_START)
    .slice(1)
    .map((part) => {
      const [role = '', ...lines] = part.split('\n');
      return { role, content: lines.join('\n').split(TURN_END)[0] ?? '' };
    });
  const last = turns.at(-1);
  return last?.role === 'assistant' && last.content === '' ? turns.slice(0, -1) : turns;
}
