import { readFileSync, writeFileSync } from 'node:fs';
import { argv } from 'node:process';
import { fileURLToPath } from 'node:url';
import { flagOf } from '../src/config.ts';
import { optionNames, options } from '../src/options.ts';

/** The README's table of options, a row for each. */
export function optionsTable(): string {
  const code = (text: string | undefined): string => (text === undefined ? '' : `\`${text}\``);
  const rows = optionNames.map((name) => {
    const { env, fallback, description, takes, isSwitch } = options[name];
    const cells = [
      code(name),
      code(env && `--${isSwitch ? '[no-]' : ''}${flagOf(name)}`),
      code(env),
      takes,
      fallback,
      description,
    ];
    return `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`;
  });
  return ['| option | flag | variable | takes | default | |', '|---|---|---|---|---|---|', ...rows].join('\n');
}

/** The README with the table as it is in force. */
export function withOptionsTable(readme: string): string {
  return readme.replace(
    /(<!-- options -->\n)[\s\S]*?(\n<!-- end of options -->)/,
    (_, start, end) => start + optionsTable() + end,
  );
}

if (argv[1] === fileURLToPath(import.meta.url)) {
  const file = new URL('../README.md', import.meta.url);
  writeFileSync(file, withOptionsTable(readFileSync(file, 'utf8')));
}
