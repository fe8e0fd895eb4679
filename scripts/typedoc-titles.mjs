import { Converter } from "typedoc";

/** Names each page of the site by its first heading, instead of by its file. */
export function load(app) {
  app.converter.on(Converter.EVENT_CREATE_DOCUMENT, (_context, document) => {
    const text = document.content.map((part) => part.text).join("");
    const title = /^# (.*)$/m.exec(text)?.[1];
    if (title === undefined) app.logger.error(`the page ${document.name} has no title`);
    else document.name = title.replaceAll("`", "");
  });
}
