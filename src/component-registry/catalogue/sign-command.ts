import { readFileSync } from 'node:fs';
import { signCatalogue, SigningRefused } from './sign-catalogue';

export const SIGN_USAGE = 'FOLDER --new-key | --key FILE';

/** `catalogue sign`. @throws SigningRefused */
export async function signCommand(args: readonly string[]): Promise<string> {
  const [folder, how, file, ...more] = args;
  const newKey = how === '--new-key' && file === undefined;
  const withKey = how === '--key' && file !== undefined && more.length === 0;
  if (folder === undefined || folder.startsWith('-') || !(newKey || withKey))
    throw new SigningRefused(`"catalogue sign" takes: ${SIGN_USAGE}`);
  const { publicKey, signed } = await signCatalogue(folder, withKey ? readKey(file) : undefined);
  return [
    ...signed.map((name) => `signed ${name}`),
    `public key: ${publicKey}`,
    ...(newKey
      ? [
          'The private key was thrown away: nothing else can be signed with it. Sign the folder anew after each change.',
        ]
      : []),
  ].join('\n');
}

function readKey(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    throw new SigningRefused(`The key ${file} cannot be read: ${(error as Error).message}`);
  }
}
