package io.zokor.servlet.wire;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import io.zokor.testing.Await;
import io.zokor.testing.RawClient;
import io.zokor.testing.RawResponse;
import jakarta.servlet.MultipartConfigElement;
import jakarta.servlet.ServletRegistration;
import jakarta.servlet.http.Part;

/** Uploads on the wire (Servlet 6.1 section 3.2, CVE-2025-61795). */
class MultipartWireTest {

    private static final String TYPE = "multipart/form-data; boundary=xyz";

    @TempDir
    private Path uploads;

    private Application application;

    @BeforeEach
    void start() throws Exception {
        application = Application.start(builder -> builder.initializer(context -> {
            ServletRegistration.Dynamic servlet = context.addServlet("upload",
                    new Application.ActionServlet((request, response) -> {
                        String parts = request.getParts().stream().map(MultipartWireTest::describe)
                                .collect(Collectors.joining(","));
                        response.setCharacterEncoding("UTF-8");
                        response.getWriter().print(parts + " " + request.getParameter("text") + " "
                                + request.getParameter("file") + " " + uploads().size());
                    }));
            servlet.setMultipartConfig(new MultipartConfigElement(uploads.toString(), 50_000, 100_000, 10));
            servlet.addMapping("/upload");
        }));
    }

    @AfterEach
    void stop() {
        application.close();
    }

    @Test
    void partsAreThereAndFieldsAreParameters() throws IOException {
        RawResponse response = post(
                part("text\"", "v\u00e4lue") + part("file\"; filename=\"f.txt\"", "x".repeat(20)) + end());

        assertThat(response.text()).isEqualTo("text:6,file:20 v\u00e4lue null 1");
        Await.until("the files to go", this::noUploads);
    }

    @Test
    void tooLargeAFileIsRefusedAndLeavesNothing() {
        RawResponse response = post(part("file\"; filename=\"f.txt\"", "x".repeat(50_001)) + end());

        assertThat(response.status()).isEqualTo(413);
        Await.until("the files to go", this::noUploads);
    }

    @Test
    void whatIsMalformedIs400() {
        assertThat(post(part("text\"", "1") + "--xyz junk").status()).isEqualTo(400);
    }

    @Test
    void aThousandAbortedUploadsLeaveNothing() {
        byte[] body = (part("file\"; filename=\"f.txt\"", "x".repeat(20_000)) + end()).getBytes(StandardCharsets.UTF_8);
        for (int i = 0; i < 1_000; i++) {
            try (RawClient client = application.connect()) {
                client.sendHead("POST /upload HTTP/1.1", "Host: localhost", "Content-Type: " + TYPE,
                        "Content-Length: " + body.length);
                client.send(java.util.Arrays.copyOf(body, 200 + i * 19));
                client.reset();
            }
        }

        Await.until("the files to go", this::noUploads);
        assertThat(post(part("text\"", "1") + end()).status()).isEqualTo(200);
    }

    private RawResponse post(String body) {
        try (RawClient client = application.connect()) {
            return client.post("/upload", TYPE, body.getBytes(StandardCharsets.UTF_8));
        }
    }

    private List<Path> uploads() throws IOException {
        try (Stream<Path> files = Files.list(uploads)) {
            return files.toList();
        }
    }

    private boolean noUploads() {
        try {
            return uploads().isEmpty();
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }

    private static String describe(Part part) {
        return part.getName() + ":" + part.getSize();
    }

    private static String part(String name, String content) {
        return "--xyz\r\nContent-Disposition: form-data; name=\"" + name + "\r\n\r\n" + content + "\r\n";
    }

    private static String end() {
        return "--xyz--\r\n";
    }
}
