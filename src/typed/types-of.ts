import { type ContextSchema, compileSchemas } from './schemas.ts';

type Compile = typeof import('json-schema-to-typescript')['compile'];

/** TypeScript types of what schemas describe, and `ContextOf`, the type of a context by its id. @throws TypeError for what is no schema */
export async function typesOf(schemas: readonly ContextSchema[]): Promise<string> {
  compileSchemas(schemas);
  const compile = await loadCompile();
  const names = namesOf(schemas);
  const declared: string[] = [];
  for (const [i, { schema }] of schemas.entries()) {
    // Its title would name it otherwise than `ContextOf` does.
    const { title: _, ...rest } = schema;
    const name = names[i] ?? '';
    const text = await compile(rest, name, { bannerComment: '', additionalProperties: true });
    // What another schema may have by the same name is kept apart.
    const isAlone = schemas.length === 1 || (text.match(/^export /gm)?.length ?? 0) < 2;
    declared.push(
      isAlone
        ? text
        : `export declare namespace ${name}Types {\n${text.trim()}\n}\n\nexport type ${name} = ${name}Types.${name};`,
    );
  }
  const cases = schemas.map((part, i) => `(Id extends ${idType(part.in)} ? ${names[i]} : unknown)`);
  return [
    '/** Made by `arpeggio types`: change the schemas, not this file. */',
    ...declared.map((text) => text.trim()),
    '/** The type of a context, by its id. */',
    `export type ContextOf<Id extends string> = ${cases.join(' &\n  ')};`,
    '',
  ].join('\n\n');
}

async function loadCompile(): Promise<Compile> {
  try {
    return (await import('json-schema-to-typescript')).compile;
  } catch (cause) {
    const message = 'Types are made by json-schema-to-typescript: npm install --save-dev json-schema-to-typescript.';
    throw new Error(message, { cause });
  }
}

/** By their titles or patterns; no two alike. */
function namesOf(schemas: readonly ContextSchema[]): readonly string[] {
  const taken = new Set(['ContextOf']);
  return schemas.map(({ in: pattern, schema }) => {
    const { title } = schema;
    const name = pascal(typeof title === 'string' ? title : pattern);
    for (let n = 1; ; n += 1) {
      const free = n === 1 ? name : `${name}${n}`;
      if (taken.has(free)) continue;
      taken.add(free);
      return free;
    }
  });
}

function pascal(text: string): string {
  const words = text.split(/[^\p{L}\p{N}]+/u).filter((word) => word !== '');
  const name = words.map((word) => word.slice(0, 1).toUpperCase() + word.slice(1)).join('');
  return /^\p{L}/u.test(name) ? name : `Context${name}`;
}

function idType(pattern: string): string {
  if (!pattern.endsWith('*')) return JSON.stringify(pattern);
  const prefix = pattern.slice(0, -1).replace(/[\\`$]/g, '\\$&');
  return `\`${prefix}\${string}\``;
}
