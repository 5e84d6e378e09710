import { copyFile, open, readFile } from 'node:fs/promises';

const BEGIN = '{% for message in messages %}';
const END = "{{ '<|im_start|>assistant\n' }}{% endif %}";

/** A copy of a ChatML model's file with another chat template, which must not be longer than the one it has. */
export async function withOtherTemplate(gguf: string, target: string, template: string): Promise<void> {
  await copyFile(gguf, target);
  const bytes = await readFile(target);
  const begin = bytes.indexOf(BEGIN);
  const end = bytes.indexOf(END, begin) + Buffer.byteLength(END);
  const room = end - begin - Buffer.byteLength(template);
  if (begin < 0 || end <= begin || room < 4) throw new Error('the template does not fit into this file');
  const file = await open(target, 'r+');
  // What is left over becomes a comment: the length must stay.
  await file.write(`${template}{#${'-'.repeat(room - 4)}#}`, begin);
  await file.close();
}
