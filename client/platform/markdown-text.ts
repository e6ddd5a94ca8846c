/**
 * Makes text from outside (names, a provider's error sentence) safe to place in Markdown, tables included:
 * no markup, no links, no icons, one line.
 */
export function markdownText(text: string): string {
  return text.replaceAll(/[\\`*_{}[\]()#+\-.!|<>~$&]/g, '\\$&').replaceAll(/\s+/g, ' ');
}
