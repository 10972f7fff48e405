import assert from 'node:assert/strict';
import { webviewHtml } from '../../../src/extension/webviewHtml';

const page = {
  nonce: 'q83vEjRWeJASNFZ4kBI0Vg==',
  cspSource: 'https://*.vscode-cdn.net',
  scriptUri: 'https://host/dist/webview.js',
  styleUri: 'https://host/dist/webview.css',
  title: 'model.onnx',
};

describe('webviewHtml', () => {
  it('lets nothing in but what carries the nonce or comes from the extension', () => {
    const html = webviewHtml(page);
    const policy = /http-equiv="Content-Security-Policy" content="([^"]*)"/.exec(html)![1].replaceAll('&#39;', "'");
    const directives = new Map(
      policy.split('; ').map((directive) => [directive.split(' ')[0], directive.split(' ').slice(1).join(' ')]),
    );
    assert.equal(directives.get('default-src'), "'none'");
    assert.equal(directives.get('script-src'), `'nonce-${page.nonce}'`);
    assert.equal(directives.get('style-src'), `${page.cspSource} 'nonce-${page.nonce}'`);
    assert.doesNotMatch(policy, /unsafe|\*(?!\.)|https?:(?!\/)/);
    assert.equal(html.match(/<script/g)!.length, 1);
    assert.match(html, new RegExp(`<script nonce="${page.nonce}" src="https://host/dist/webview\\.js"></script>`));
    assert.doesNotMatch(html, / style=| on\w+=|<style/);
  });

  it('escapes whatever stands in the title and the addresses', () => {
    const html = webviewHtml({ ...page, title: `</title><script>alert(1)</script>"'&`, scriptUri: 'https://host/a"b' });
    assert.ok(html.includes('<title>&lt;/title&gt;&lt;script&gt;alert(1)&lt;/script&gt;&quot;&#39;&amp;</title>'));
    assert.ok(html.includes('src="https://host/a&quot;b"'));
  });

  it('refuses a nonce that could be guessed or break out', () => {
    for (const nonce of ['', 'short', `'unsafe-inline' 'nonce-0123456789abcdef`, '0123456789abcdef">'])
      assert.throws(() => webviewHtml({ ...page, nonce }), /nonce/);
  });
});
