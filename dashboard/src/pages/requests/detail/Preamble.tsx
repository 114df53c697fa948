// What a request says before its messages: system prompt, tools, parameters. Folded.
import { text as asText, count } from "~/format/number";
import type { Conversation } from "../conversation/conversation";
import { BlockList } from "./BlockView";
import css from "./Conversation.module.css";
import { Fold } from "./Fold";

export function Preamble({ conversation }: { conversation: Conversation }) {
  const { system, tools, parameters } = conversation;
  const length = system.reduce((sum, block) => sum + (block.kind === "text" ? block.text.length : 0), 0);
  return (
    <div className={css.preamble}>
      {system.length > 0 && (
        <Fold
          id="system"
          title="System prompt"
          aside={<span className={css.quiet}>{`${asText(count(length))} characters`}</span>}
        >
          {() => <BlockList blocks={system} id="system" />}
        </Fold>
      )}
      {tools.length > 0 && (
        <Fold
          id="tools"
          title={`${tools.length} ${tools.length === 1 ? "tool" : "tools"}`}
          aside={<Names tools={tools} />}
        >
          {() =>
            tools.map((tool, index) => (
              // biome-ignore lint/suspicious/noArrayIndexKey: tools never move, and names may repeat
              <Fold key={index} id={`tool ${index}`} title={tool.name}>
                {() => (
                  <>
                    {tool.description && <pre className={css.plain}>{tool.description}</pre>}
                    <pre className={css.plain}>{JSON.stringify(tool.definition, null, 2)}</pre>
                  </>
                )}
              </Fold>
            ))
          }
        </Fold>
      )}
      {parameters.length > 0 && (
        <Fold id="parameters" title="Parameters">
          {() => (
            <dl className={css.usage}>
              {parameters.map(([name, value]) => (
                <div key={name}>
                  <dt>{name}</dt>
                  <dd>{value}</dd>
                </div>
              ))}
            </dl>
          )}
        </Fold>
      )}
    </div>
  );
}

function Names({ tools }: Pick<Conversation, "tools">) {
  return <span className={css.quiet}>{tools.map((each) => each.name).join(", ")}</span>;
}
