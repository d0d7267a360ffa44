// The words of a page's script. They come with the page, in its language; a sentence that depends on a number has its forms
// under the categories of the Unicode plural rules.
"use strict";
const say = (() => {
  const { lang } = document.documentElement;
  const plural = new Intl.PluralRules(lang);
  const numbers = new Intl.NumberFormat(lang);
  let words = null; // read when they are first needed: the page may still be on its way
  return (name, facts = {}) => {
    if (!words) words = JSON.parse(document.getElementById("words").textContent);
    const forms = words[name];
    const sentence = typeof forms === "string" ? forms : forms[plural.select(facts.n)] ?? forms.other;
    return sentence.replace(/\{(\w+)\}/g, (_, field) => (typeof facts[field] === "number" ? numbers.format(facts[field]) : facts[field]));
  };
})();
