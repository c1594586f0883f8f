/**
 * Stand-in for `@cliffy/command/completions`: scripts that know the names of
 * the commands and the options, and nothing about values.
 *
 * @module
 */

import { Command } from "./command.ts";

/** `completions bash|fish|zsh`: prints a completion script. */
export class CompletionsCommand extends Command {
  constructor() {
    super();
    this.description("Generate shell completions.")
      .noGlobals()
      .action(function () {
        this.showHelp();
      });
    for (const [shell, script] of Object.entries({ bash, fish, zsh })) {
      this.command(shell)
        .description(`Generate shell completions for ${shell}.`)
        .noGlobals()
        .action(function () {
          // deno-lint-ignore no-console -- the real package prints this way
          console.log(script(this.getMainCommand()));
        });
    }
    this.reset();
  }
}

function bash(root: Command): string {
  const name = root.getName();
  const cases = root.getCommands().map((command) =>
    `    ${command.getName()}) words="${wordsOf(command)}" ;;`
  );
  return `# bash completion for ${name}
_${name}() {
  local words="${wordsOf(root)}"
  case "\${COMP_WORDS[1]}" in
${cases.join("\n")}
  esac
  mapfile -t COMPREPLY < <(compgen -W "$words" -- "\${COMP_WORDS[COMP_CWORD]}")
}
complete -o default -F _${name} ${name}`;
}

function zsh(root: Command): string {
  return `#compdef ${root.getName()}
autoload -U +X bashcompinit && bashcompinit
${bash(root)}`;
}

function fish(root: Command): string {
  const name = root.getName();
  const lines = root.getCommands().map((command) =>
    `complete -c ${name} -n "__fish_seen_subcommand_from ${command.getName()}" -a "${
      wordsOf(command)
    }"`
  );
  return `# fish completion for ${name}
complete -c ${name} -n __fish_use_subcommand -a "${wordsOf(root)}"
${lines.join("\n")}`;
}

function wordsOf(command: Command): string {
  const names = command.getCommands().map((child) => child.getName());
  const flags = command.allOptions().filter(({ hidden }) => !hidden)
    .flatMap(({ flags }) => flags.match(/--[\w-]+/) ?? []);
  return [...names, ...flags, "--help"].join(" ");
}
