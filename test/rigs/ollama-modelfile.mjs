/**
 * A Modelfile with a ChatML template for `gguf`. With `continues` the last assistant turn stays open, so that the model
 * goes on with a half-finished answer; without it every turn is closed and a new one opened, as Ollama's built-in
 * templates do, so that the model starts anew.
 */
export function chatmlModelfile(gguf, { continues }) {
  const turn = '<|im_start|>{{ .Role }}\n{{ .Content }}';
  const template = continues
    ? '{{- range $i, $_ := .Messages }}{{- $last := eq (len (slice $.Messages $i)) 1 }}' +
      `${turn}{{ if not (and $last (eq .Role "assistant")) }}<|im_end|>\n{{ end }}` +
      '{{- if and $last (ne .Role "assistant") }}<|im_start|>assistant\n{{ end }}{{- end }}'
    : `{{- range .Messages }}${turn}<|im_end|>\n{{ end }}<|im_start|>assistant\n`;
  return [
    `FROM ${gguf}`,
    `TEMPLATE """${template}"""`,
    'PARAMETER stop "<|im_start|>"',
    'PARAMETER stop "<|im_end|>"',
    'PARAMETER temperature 0',
    '',
  ].join('\n');
}
