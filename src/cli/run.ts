import { commands } from './commands.ts';
import { flags } from './flags.ts';
import { overview } from './help.ts';
import { invoke } from './invoke.ts';
import { packageVersion } from './package-version.ts';

/** The process, by its first argument: the server, or one command. */
export async function run(args: readonly string[]): Promise<void> {
  const [first = 'serve', ...rest] = args;
  if (first === '--version' || first === '-v') return console.log(packageVersion());
  if (first === '--help' || first === '-h') return console.log(overview(commands));
  if (first === 'help') return run([...rest.slice(0, 1), '--help']);
  if (first === 'doctor') return (await import('./doctor.ts')).doctor(rest);
  if (first === 'types') return (await import('./types.ts')).types(rest);
  if (first !== 'serve' && !first.startsWith('-')) return invoke(first, rest);
  // Options of a command may stand before it, too.
  const names = commands.map(({ name }) => name);
  const at = args.findIndex((arg) => names.includes(arg));
  if (at > 0 && isOfCommands(first)) return invoke(String(args[at]), args.toSpliced(at, 1));
  // What the server needs takes its time to load, and a command needs none of it.
  const { serve } = await import('./serve.ts');
  return serve(first === 'serve' ? rest : args);
}

function isOfCommands(option: string): boolean {
  return Object.values(flags).some(({ spelled }) => spelled === option.split('=', 1)[0]);
}
