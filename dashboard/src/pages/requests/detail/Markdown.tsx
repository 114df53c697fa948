// Markdown as React elements. HTML in it stays text, links only lead to the web, images are named and not fetched.
import { lexer, type Token, type Tokens } from "marked";
import { Fragment, memo, useMemo } from "react";
import { CopyButton } from "~/components/CopyButton";
import css from "./Markdown.module.css";
import { plain } from "./plain-text";

export default memo(function Markdown({ text }: { text: string }) {
  const tokens = useMemo(() => lexer(text, { gfm: true, breaks: true }), [text]);
  return (
    <div className={css.markdown}>
      <Blocks tokens={tokens} />
    </div>
  );
});

function Blocks({ tokens }: { tokens: readonly Token[] | undefined }) {
  return tokens?.map((token, index) => (
    // biome-ignore lint/suspicious/noArrayIndexKey: tokens of one text never move
    <Block key={index} token={token} />
  ));
}

/** Headings of a text in the page stand below the page's own. */
function heading(depth: number): "h3" | "h4" | "h5" | "h6" {
  return (["h3", "h4", "h5", "h6"] as const)[Math.min(depth, 4) - 1] ?? "h6";
}

function Block({ token }: { token: Token }) {
  switch (token.type) {
    case "space":
    case "def":
      return null;
    case "code":
      return <Code code={token as Tokens.Code} />;
    case "heading": {
      const Heading = heading((token as Tokens.Heading).depth);
      return (
        <Heading>
          <Blocks tokens={token.tokens} />
        </Heading>
      );
    }
    case "paragraph":
      return (
        <p>
          <Blocks tokens={token.tokens} />
        </p>
      );
    case "blockquote":
      return (
        <blockquote>
          <Blocks tokens={token.tokens} />
        </blockquote>
      );
    case "list":
      return <List list={token as Tokens.List} />;
    case "table":
      return <Table table={token as Tokens.Table} />;
    case "hr":
      return <hr />;
    case "html":
      return <span className={css.html}>{token.raw}</span>;
    default:
      return <Inline token={token} />;
  }
}

function Inline({ token }: { token: Token }) {
  switch (token.type) {
    case "strong":
      return (
        <strong>
          <Blocks tokens={token.tokens} />
        </strong>
      );
    case "em":
      return (
        <em>
          <Blocks tokens={token.tokens} />
        </em>
      );
    case "del":
      return (
        <del>
          <Blocks tokens={token.tokens} />
        </del>
      );
    case "codespan":
      return <code>{token.text}</code>;
    case "br":
      return <br />;
    case "link":
      return <WebLink link={token as Tokens.Link} />;
    case "image":
      return <span className={css.image}>{`[image: ${plain(token.text) || token.href}]`}</span>;
    case "escape":
      return token.text;
    case "text":
      return token.tokens ? <Blocks tokens={token.tokens} /> : plain(token.raw);
    default:
      return token.raw;
  }
}

function WebLink({ link }: { link: Tokens.Link }) {
  if (!/^(https?|mailto):/i.test(link.href)) return <Blocks tokens={link.tokens} />;
  return (
    <a href={link.href} target="_blank" rel="noopener noreferrer nofollow" title={link.href}>
      <Blocks tokens={link.tokens} />
    </a>
  );
}

function Code({ code }: { code: Tokens.Code }) {
  return (
    <figure className={css.code}>
      <figcaption>
        {code.lang || "code"}
        <CopyButton text={code.text} label="Copy this code" />
      </figcaption>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls is reached by keys */}
      <pre tabIndex={0}>{code.text}</pre>
    </figure>
  );
}

function List({ list }: { list: Tokens.List }) {
  const items = list.items.map((item, index) => (
    // biome-ignore lint/suspicious/noArrayIndexKey: items of one text never move
    <li key={index}>
      {item.task && (item.checked ? "☑ " : "☐ ")}
      <Blocks tokens={item.tokens.filter((each) => each.type !== "checkbox")} />
    </li>
  ));
  return list.ordered ? <ol start={list.start || 1}>{items}</ol> : <ul>{items}</ul>;
}

function Table({ table }: { table: Tokens.Table }) {
  const cells = (row: readonly Tokens.TableCell[], Cell: "th" | "td") =>
    row.map((cell, index) => (
      // biome-ignore lint/suspicious/noArrayIndexKey: cells of one text never move
      <Cell key={index} align={cell.align ?? "left"}>
        <Blocks tokens={cell.tokens} />
      </Cell>
    ));
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls is reached by keys
    <div className={css.table} tabIndex={0} role="group" aria-label="Table">
      <table>
        <thead>
          <tr>{cells(table.header, "th")}</tr>
        </thead>
        <tbody>
          {table.rows.map((row, index) => (
            // biome-ignore lint/suspicious/noArrayIndexKey: rows of one text never move
            <Fragment key={index}>
              <tr>{cells(row, "td")}</tr>
            </Fragment>
          ))}
        </tbody>
      </table>
    </div>
  );
}
