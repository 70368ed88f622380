"""The HTML report's style and its few lines of script."""

STYLE = """
:root{--bg:#fff;--fg:#1b1f24;--quiet:#66707b;--line:#dfe3e8;--soft:#f5f7f9;
--passed:#1a7f46;--failed:#c62a2f;--unsupported:#8250c4;--skipped:#8a929b;--broken:#b35900;--known:#9a6b00}
@media (prefers-color-scheme:dark){:root{--bg:#15181c;--fg:#e3e7eb;--quiet:#939ca6;--line:#30363d;--soft:#1d2126;
--passed:#4cc27f;--failed:#ff7b72;--unsupported:#b794f4;--skipped:#8a929b;--broken:#f0a24b;--known:#e0b23c}}
*{box-sizing:border-box}
body{margin:0;background:var(--bg);color:var(--fg);font:15px/1.5 system-ui,-apple-system,"Segoe UI",sans-serif}
header,main{max-width:1120px;margin:0 auto;padding:0 20px}
header{padding-top:28px}
h1{font-size:26px;line-height:1.25;margin:0}
header p{color:var(--quiet);margin:4px 0 0}
h2{font-size:18px;margin:36px 0 10px}
h3{font:600 13px/1.5 ui-monospace,SFMono-Regular,Menlo,Consolas,monospace;margin:14px 0 4px;overflow-wrap:anywhere}
a{color:inherit}
.remark{border-left:4px solid var(--broken);background:var(--soft);padding:8px 12px;margin:16px 0 0}
.summary{margin-top:22px}
.share strong{font-size:40px;line-height:1;font-weight:650;margin-right:10px}
.share span{color:var(--quiet)}
.bar{display:flex;height:8px;border-radius:4px;overflow:hidden;background:var(--line);min-width:120px}
.bar i{display:block;height:100%;min-width:1px}
.summary>.bar{height:14px;border-radius:7px;margin:14px 0 10px}
i.passed{background:var(--passed)}i.failed{background:var(--failed)}i.unsupported{background:var(--unsupported)}
i.skipped{background:var(--skipped)}i.broken{background:var(--broken)}
.summary ul{list-style:none;display:flex;flex-wrap:wrap;gap:4px 22px;margin:0;padding:0}
.summary li b,td.number,li.known b{font-variant-numeric:tabular-nums}
li.passed b,td.passed,label.passed,.passed>summary b,div.passed>b{color:var(--passed)}
li.failed b,td.failed,label.failed,.failed>summary b,div.failed>b{color:var(--failed)}
li.unsupported b,td.unsupported,label.unsupported,div.unsupported>b{color:var(--unsupported)}
li.skipped b,td.skipped,label.skipped,div.skipped>b{color:var(--skipped)}
li.broken b,td.broken,label.broken,.broken>summary b,div.broken>b{color:var(--broken)}
li.known b,td.known,.known>summary b{color:var(--known)}
.wide{overflow-x:auto}
table{border-collapse:collapse;width:100%}
th,td{padding:5px 10px;text-align:left;font-weight:400;border-bottom:1px solid var(--line);white-space:nowrap}
th{white-space:normal}
thead th{color:var(--quiet);font-size:13px;vertical-align:bottom}
tfoot th,tfoot td{font-weight:650;border-bottom:0;border-top:2px solid var(--line)}
.number{text-align:right;font-variant-numeric:tabular-nums}
td.none,p.none{color:var(--quiet)}
.reasons td{white-space:normal;vertical-align:top}.reasons td.number{width:1%;white-space:nowrap}
p.none{margin:4px 0}
details>summary{cursor:pointer}
.changes{margin:4px 0 12px;padding-left:22px}.changes li{margin:3px 0;overflow-wrap:anywhere}
code,pre{font:13px/1.45 ui-monospace,SFMono-Regular,Menlo,Consolas,monospace}
.filter{position:sticky;top:0;background:var(--bg);padding:8px 0;display:flex;flex-wrap:wrap;gap:6px 16px;
align-items:center;border-bottom:1px solid var(--line);z-index:1}
.filter input[type=search]{flex:1 1 240px;padding:6px 10px;font:inherit;color:inherit;background:var(--soft);
border:1px solid var(--line);border-radius:6px}
.filter label{cursor:pointer;white-space:nowrap}.shown{color:var(--quiet)}
.specification{border-bottom:1px solid var(--line);padding:8px 0}
.specification>summary{font-weight:650;display:grid;grid-template-columns:minmax(0,1fr) 220px;gap:20px;align-items:center}
.specification>summary::before{content:none}
.test{padding:3px 0 3px 14px;border-left:3px solid var(--line);margin:2px 0;overflow-wrap:anywhere}
.test.failed{border-color:var(--failed)}.test.passed{border-color:var(--passed)}.test.broken{border-color:var(--broken)}
.test.unsupported{border-color:var(--unsupported)}.test.known{border-color:var(--known)}
.test b{font-weight:600;margin-right:4px}
em,small,.verdict{color:var(--quiet);font-style:normal;font-size:13px}
.verdict{margin-left:2px}
pre{white-space:pre-wrap;overflow-wrap:anywhere;background:var(--soft);padding:10px 12px;border-radius:6px;margin:6px 0}
[hidden]{display:none!important}
@media (max-width:640px){.specification>summary{grid-template-columns:1fr}th,td{padding:5px 6px}}
@media print{.filter{display:none}}
"""

SCRIPT = """
(function(){
var form=document.querySelector('.filter');if(!form)return;
var text=form.querySelector('input[type=search]'),boxes=[].slice.call(form.querySelectorAll('input[type=checkbox]'));
var shown=form.querySelector('.shown'),specs=[].slice.call(document.querySelectorAll('.specification'));
function apply(){
 var wanted=text.value.toLowerCase(),on={},any=false,count=0;
 boxes.forEach(function(box){on[box.value]=box.checked;any=any||box.checked});
 specs.forEach(function(spec){
  var inSpec=0;
  [].forEach.call(spec.querySelectorAll('.file'),function(file){
   var inFile=0,name=file.firstElementChild.textContent.toLowerCase();
   [].forEach.call(file.querySelectorAll('.test'),function(test){
    var is=(!any||on[test.dataset.status])&&
     (!wanted||(name+' '+test.textContent.toLowerCase()).indexOf(wanted)>=0);
    test.hidden=!is;inFile+=is?1:0});
   file.hidden=!inFile;inSpec+=inFile});
  spec.hidden=!inSpec;count+=inSpec});
 shown.textContent=count+' shown'}
form.addEventListener('submit',function(event){event.preventDefault()});
text.addEventListener('input',apply);
boxes.forEach(function(box){box.addEventListener('change',apply)});
[].forEach.call(document.querySelectorAll('a[href^="#spec-"]'),function(link){
 link.addEventListener('click',function(){
  var spec=document.getElementById(link.getAttribute('href').slice(1));
  if(spec.hidden){boxes.forEach(function(box){box.checked=false});text.value='';apply()}
  spec.open=true})});
if(!boxes.some(function(box){return box.checked})){boxes.forEach(function(box){box.checked=true})}
apply()})();
"""
