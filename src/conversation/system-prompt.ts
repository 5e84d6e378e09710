import type { Language } from '../config/settings';

const LANGUAGE_NAMES: Record<Language, string> = { en: 'English', pl: 'Polish' };

/** The text every conversation begins with. `{{name}}` and `{{language}}` in the file are filled in. */
export class SystemPrompt {
  constructor(private readonly template: string) {}

  render(name: string, language: Language): string {
    return this.template
      .replaceAll('{{name}}', name)
      .replaceAll('{{language}}', LANGUAGE_NAMES[language])
      .trim();
  }
}
