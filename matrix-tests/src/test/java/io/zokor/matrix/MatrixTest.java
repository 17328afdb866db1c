package io.zokor.matrix;

import java.util.*;
import java.nio.file.*;
import io.zokor.matrix.app.MatrixApplication;
import org.junit.jupiter.api.*;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.boot.web.server.servlet.context.ServletWebServerApplicationContext;

class MatrixTest {
    static ServletWebServerApplicationContext start(String... a) {
        return (ServletWebServerApplicationContext) new SpringApplicationBuilder(MatrixApplication.class).run(a);
    }
    @Test
    void explore() throws Exception {
        StringBuilder report = new StringBuilder();
        long t0 = System.nanoTime();
        try (var tomcat = start("--zokor.enabled=false"); var zokor = start("--zokor.enabled=true")) {
            System.err.println("started " + (System.nanoTime() - t0) / 1000000 + " " + tomcat.getWebServer() + zokor.getWebServer());
            int n = 0;
            for (Scenario s : Requests.all()) {
                var a = run(s, tomcat.getWebServer().getPort());
                var b = run(s, zokor.getWebServer().getPort());
                for (int i = 0; i < a.size(); i++) {
                    n++;
                    Set<String> keys = new LinkedHashSet<>(a.get(i).keySet());
                    keys.addAll(b.get(i).keySet());
                    StringBuilder d = new StringBuilder();
                    for (String k : keys) {
                        String x = a.get(i).get(k), y = b.get(i).get(k);
                        if (!Objects.equals(x, y) && !k.equals("reason")) d.append("   ").append(k).append("\n      T ").append(x).append("\n      Z ").append(y).append("\n");
                    }
                    if (d.length() > 0) report.append("## ").append(s.name()).append(" #").append(i).append(" T=").append(a.get(i).get("status")).append("\n").append(d);
                }
            }
            System.err.println("requests " + n + " " + (System.nanoTime() - t0) / 1000000);
        }
        Files.writeString(Path.of(System.getProperty("java.io.tmpdir"), "matrix-report.txt"), report);
    }
    static List<Map<String, String>> run(Scenario s, int port) {
        List<Map<String, String>> all = new ArrayList<>();
        try (Browser browser = new Browser(port)) {
            for (Scenario.Step step : s.steps()) {
                try { long t=System.nanoTime(); all.add(browser.send(step)); t=(System.nanoTime()-t)/1000000; if (t>1500) System.err.println("slow "+s.name()+" "+port+" "+t); }
                catch (Throwable e) { all.add(Map.of("status", "-", "failure", String.valueOf(e.getMessage()).replace("" + port, "PORT"))); }
            }
        }
        return all;
    }
}
