<?php
/** A stand-in for WordPress's class of this name: the start tags of a text one after the other, whose attributes can be changed. */
final class WP_HTML_Tag_Processor
{
    private const TAG = '~<!--.*?-->|<([a-z][^\s/>]*)((?:[^>"\']|"[^"]*"|\'[^\']*\')*)>~is';
    private const ATTRIBUTE = '~([^\s/>=]+)(?:\s*=\s*(?:"([^"]*)"|\'([^\']*)\'|([^\s>]+)))?~';

    private $html;
    private $tag = '';
    /** Name => value, true for one without. */
    private $attributes = [];
    /** Where the attributes of the current tag begin, and how long they are as they stand in the text. */
    private $start = 0;
    private $length = 0;

    public function __construct($html) { $this->html = $html; }

    /** @param ?string $name */
    public function next_tag($name = null)
    {
        while (preg_match(self::TAG, $this->html, $found, PREG_OFFSET_CAPTURE | PREG_UNMATCHED_AS_NULL, $this->after())) {
            $this->tag = strtoupper($found[1][0] ?? '');
            [$text, $this->start] = $this->tag === '' ? ['', $found[0][1] + strlen($found[0][0])] : $found[2];
            $this->length = strlen($text);
            $this->attributes = [];
            preg_match_all(self::ATTRIBUTE, $text, $all, PREG_SET_ORDER | PREG_UNMATCHED_AS_NULL);
            foreach ($all as [, $attribute, $double, $single, $bare]) {
                $value = $double ?? $single ?? $bare;
                $this->attributes += [strtolower($attribute) => $value === null ? true : html_entity_decode($value, ENT_QUOTES | ENT_HTML5)];
            }
            if ($this->tag !== '' && ($name === null || strtoupper($name) === $this->tag)) {
                return true;
            }
        }
        return false;
    }

    public function get_tag() { return $this->tag; }

    public function get_attribute($name) { return $this->attributes[strtolower($name)] ?? null; }

    public function set_attribute($name, $value)
    {
        $this->attributes[strtolower($name)] = $value;
        $this->write();
    }

    public function remove_attribute($name)
    {
        unset($this->attributes[strtolower($name)]);
        $this->write();
    }

    public function get_updated_html() { return $this->html; }

    /** Where to look for the next tag: what stands in a script, a style, a title or a field is text. */
    private function after()
    {
        $after = $this->start + $this->length;
        if (!in_array($this->tag, ['SCRIPT', 'STYLE', 'TITLE', 'TEXTAREA'], true)) {
            return $after;
        }
        $end = stripos($this->html, '</' . $this->tag, $after);
        return $end === false ? strlen($this->html) : $end;
    }

    private function write()
    {
        $text = wp_sanitize_script_attributes($this->attributes);
        $this->html = substr_replace($this->html, $text, $this->start, $this->length);
        $this->length = strlen($text);
    }
}
