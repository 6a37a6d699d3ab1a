<?php
/**
 * A page of a site with WordPress, as a theme prints it. php page.php WORDPRESS PLUGIN CONFIG FUNCTIONS
 * WORDPRESS: what stands for WordPress. CONFIG and FUNCTIONS: the site's own wp-config.php and functions.php.
 */

[, $wordpress, $plugin, $config, $functions] = $argv;
foreach ([$config, $wordpress, $plugin, $functions] as $file) {
    require $file;
}

add_action('wp_enqueue_scripts', function () {
    wp_enqueue_script('menu', '/menu.js');
    wp_enqueue_script('google_gtagjs', 'https://www.googletagmanager.com/gtag/js?id=G-1', [], null);
    wp_add_inline_script('google_gtagjs', "ran.push('before')", 'before');
    wp_add_inline_script('google_gtagjs', "ran.push('after')");
});

ob_start();
wp_head();
$head = ob_get_clean();
$content = apply_filters('the_content', <<<'HTML'
    <p>A film: <iframe title="Film" src="https://www.youtube-nocookie.com/embed/1?a=1&amp;b=2" width="560"></iframe></p>
    <!-- <iframe src="https://www.youtube.com/embed/2"></iframe> -->
    <iframe title="Map" src="https://notyoutube.com/map"></iframe>
    <script>const text = '<iframe src="https://www.youtube.com/embed/3"></iframe>'; ran.push('content')</script>
    <script src="https://m.youtube.com/player.js"></script>
    HTML);

echo <<<HTML
    <!doctype html>
    <html lang="nl"><head><meta charset="utf-8"><title>Proef</title>
    $head</head><body><h1>Proef</h1>$content</body></html>
    HTML;
