package io.zokor.matrix.app;

import java.io.IOException;
import java.util.List;

import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.RequestPart;
import org.springframework.web.bind.annotation.RestController;
import org.springframework.web.multipart.MultipartFile;

import jakarta.servlet.ServletException;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.Part;

/** Receives files. */
@RestController
@RequestMapping("/upload")
class UploadController {

    @PostMapping("/one")
    String one(@RequestParam MultipartFile file, @RequestParam(required = false) String note) throws IOException {
        return file.getName() + " " + file.getOriginalFilename() + " " + file.getContentType() + " " + file.getSize()
                + " " + new String(file.getBytes(), java.nio.charset.StandardCharsets.UTF_8).length() + " note=" + note;
    }

    @PostMapping("/many")
    String many(@RequestParam List<MultipartFile> files) {
        return files.stream().map(f -> f.getOriginalFilename() + ":" + f.getSize()).toList().toString();
    }

    @PostMapping("/json")
    String json(@RequestPart("book") ErrorController.Book book) {
        return book.toString();
    }

    @PostMapping("/parts")
    String parts(HttpServletRequest request) throws IOException, ServletException {
        StringBuilder text = new StringBuilder();
        for (Part part : request.getParts()) {
            text.append(part.getName()).append(' ').append(part.getSubmittedFileName()).append(' ')
                    .append(part.getContentType()).append(' ').append(part.getSize()).append(' ')
                    .append(part.getHeaderNames()).append(' ').append(request.getParameter(part.getName()))
                    .append('\n');
        }
        return text.toString();
    }
}
